/** The condition of a write that goes by what was read: nobody has written the item meanwhile. */
import type { Item } from './read.ts';

/**
 * Holds while the item still has each of these attributes with this very value; for undefined, while
 * there is no such item, by an attribute of its key. To be spread into a part of a transaction, beside other names and values.
 */
export function asRead(item: Item | undefined, keyName = 'user_id') {
  if (item === undefined)
    return { condition: `attribute_not_exists(${keyName})`, names: {}, values: {} };
  const read = Object.entries(item).map(([name, value], at) => ({ name, value, at }));
  return {
    condition: read.map(({ at }) => `#read${at} = :read${at}`).join(' AND '),
    names: Object.fromEntries(read.map(({ name, at }) => [`#read${at}`, name])),
    values: Object.fromEntries(read.map(({ value, at }) => [`:read${at}`, value])),
  };
}

/** The part that puts the whole item in the place of what was read. */
export function putInstead(table: string, item: Item, was: Item | undefined) {
  const { condition, names, values } = asRead(was);
  return {
    Put: {
      TableName: table,
      Item: item,
      ConditionExpression: condition,
      ...(was !== undefined && {
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: values,
      }),
    },
  };
}
