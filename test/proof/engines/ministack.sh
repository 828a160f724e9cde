#!/bin/sh
# ministack's DynamoDB under the command line of the embedded engine:
# serve --host HOST --port PORT [--db-path FILE]
export BIND_HOST="$3" GATEWAY_PORT="$5" IOT_MTLS_ENABLED=0 SFTP_ENABLED=0
export SERVICES=dynamodb,dynamodbstreams,iam,s3,sts
# The key of the local stack is the account's root, which may do everything.
export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local MINISTACK_REGION=us-east-1
[ -z "$7" ] || export PERSIST_STATE=1 STATE_DIR="$7.d"
exec ministack
