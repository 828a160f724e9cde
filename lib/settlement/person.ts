/** Who is one person: what four eyes must not be shared by. */

/**
 * Whether two identities (ARNs of callers, or `user`) may be one person. One who may take on several
 * roles, as whoever pays and whoever approves, is called the same in each:
 * `arn:aws:sts::111122223333:assumed-role/Payers/ann` is `arn:aws:iam::111122223333:user/ann`. So it
 * is the name at the end that counts, in any case, as IAM tells no names apart by it. That nobody
 * chooses the name of their own session is for the roles' trust policies (infra/README.md, "Who is
 * who"). Two people of one name in two ways of signing in are taken for one: that only refuses.
 */
export const isSamePerson = (one: string | undefined, other: string | undefined): boolean =>
  one !== undefined && other !== undefined && nameOf(one) === nameOf(other);

const nameOf = (identity: string): string =>
  identity.slice(identity.lastIndexOf('/') + 1).toLowerCase();
