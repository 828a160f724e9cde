"""The version, in the one place that both the package's metadata and its requests read it from."""

VERSION = "1.0.0"
