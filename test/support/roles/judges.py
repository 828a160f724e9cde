"""What others say: may whoever has this policy do this? For each policy, each access, each judge.

Reads {"policies": [document], "accesses": [{"action", "resource", "context"}]} and writes, for each
policy and access, whether ministack's evaluator allows it, and whether moto's does, which is given
no conditions: it has none but those of trust policies.
"""

import json
import sys

from ministack.core.iam_evaluator import EvalContext, evaluate, parse_policy_document
from moto.iam.access_control import IAMPolicy, PermissionResult


def by_ministack(document):
    policy = parse_policy_document(document)

    def allows(access):
        context = EvalContext(
            principal_arn="arn:aws:sts::000000000000:assumed-role/a/b",
            principal_type="AssumedRole",
            principal_account="000000000000",
            action=access["action"],
            resource_arn=access["resource"],
            region="us-east-1",
            service_context={key.lower(): values for key, values in access["context"].items()},
        )
        return evaluate(context, [policy]).decision == "Allow"

    return allows


def by_moto(document):
    statements = [{**each, "Condition": {}} for each in document["Statement"]]
    policy = IAMPolicy(json.dumps({**document, "Statement": statements}))

    def allows(access):
        verdict = policy.is_action_permitted(access["action"], access["resource"])
        return verdict == PermissionResult.PERMITTED

    return allows


asked = json.load(sys.stdin)
judges = (by_ministack, by_moto)
verdicts = [
    [[judge(access) for judge in judged] for access in asked["accesses"]]
    for judged in ([make(document) for make in judges] for document in asked["policies"])
]
json.dump(verdicts, sys.stdout)
