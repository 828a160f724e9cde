/** What a request to DynamoDB needs to be allowed, by the Service Authorization Reference. */

/** An action on a table or an index, with the condition keys that the request has. */
export type Access = { action: string; resource: string; context: Record<string, string[]> };

type Item = Record<string, unknown>;

const SINGLE = new Set(['GetItem', 'Query', 'Scan', 'PutItem', 'UpdateItem', 'DeleteItem']);

/** By the parts of a transaction. */
const ACTIONS: Record<string, string> = {
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

/** Throws for an operation that this project never calls. */
export function accessesOf(operation: string, request: Item): Access[] {
  if (SINGLE.has(operation)) return [access(operation, request)];
  if (operation === 'BatchGetItem')
    return Object.entries(request.RequestItems as Record<string, Item>).flatMap(
      ([TableName, { Keys, ...gets }]) =>
        (Keys as Item[]).map((Key) => access(operation, { TableName, Key, ...gets })),
    );
  if (operation !== 'TransactWriteItems' && operation !== 'TransactGetItems')
    throw new Error(`nothing here calls ${operation}`);
  return (request.TransactItems as Record<string, Item>[]).flatMap((parts) =>
    Object.entries(parts).map(([part, request]) =>
      access(String(ACTIONS[part]), request, operation),
    ),
  );
}

function access(action: string, request: Item, enclosing?: string): Access {
  const { TableName, IndexName } = request;
  return {
    action: `dynamodb:${action}`,
    resource: `${TableName}.Arn${IndexName === undefined ? '' : `/index/${IndexName}`}`,
    context: {
      'dynamodb:Attributes': [...attributesOf(request)],
      ...(enclosing !== undefined && { 'dynamodb:EnclosingOperation': [enclosing] }),
    },
  };
}

/** The top-level attributes that the request names, in its key, its item and its expressions. */
function attributesOf({ Key = {}, Item = {}, ...request }: Item): Set<string> {
  const names = request.ExpressionAttributeNames as Record<string, string> | undefined;
  const expressions = Object.keys(request).filter((name) => name.endsWith('Expression'));
  return new Set([
    ...Object.keys(Key as Item),
    ...Object.keys(Item as Item),
    ...expressions.flatMap((name) => namesIn(String(request[name]), names)),
  ]);
}

/** No attribute here has such a name; one that had would need a `#` anyway, being reserved. */
const WORDS = new Set(
  (
    'SET ADD REMOVE DELETE AND OR NOT BETWEEN IN attribute_exists attribute_not_exists ' +
    'attribute_type begins_with contains size list_append if_not_exists'
  ).split(' '),
);

/** The first name of each path: what follows a dot is nested, and a colon begins a value. */
const namesIn = (expression: string, names: Record<string, string> = {}): string[] =>
  (expression.match(/(?<![\w:#.])#?[A-Za-z_]\w*/g) ?? [])
    .filter((name) => !WORDS.has(name))
    .map((name) => names[name] ?? name);
