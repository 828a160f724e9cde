/**
 * Stands in for the SDK's cache of discovered endpoints in bundles: discovery is off, and its cache
 * would bring two packages along.
 */
export default class EndpointCache<Value> extends Map<string, Value> {
  constructor(_capacity: number) {
    super();
  }

  peek(key: string): Value | undefined {
    return this.get(key);
  }
}
