/** Runs a definition in Amazon States Language, as far as the one of the reconciliation goes. */
type Rule = { Variable: string; IsPresent?: boolean; IsString?: boolean };
type State = {
  Type: string;
  Next?: string;
  Default?: string;
  Choices?: { And: Rule[]; Next: string }[];
  Result?: unknown;
  Retry?: { MaxAttempts: number }[];
  MaxConcurrency?: number;
  ItemProcessor?: Definition;
  ResultSelector?: Record<string, string>;
};
export type Definition = { StartAt: string; States: Record<string, State> };

/** A function that a task invokes; the pauses between its attempts are left out. */
export type Task = (payload: unknown) => Promise<unknown>;

/** Gives the output of the execution and the states it went through; throws when it fails. */
export async function execute(definition: Definition, input: unknown, task: Task) {
  const visited: string[] = [];
  const output = await run(definition, input, task, visited);
  return { output, visited };
}

async function run(
  { StartAt, States }: Definition,
  input: unknown,
  task: Task,
  visited: string[],
): Promise<unknown> {
  let data = input;
  for (let name: string | undefined = StartAt; name !== undefined; ) {
    visited.push(name);
    const state = States[name] as State;
    const { Type, Next, Default, Choices = [] } = state;
    if (Type === 'Pass') data = state.Result;
    else if (Type === 'Task') data = await attempted(state, data, task);
    else if (Type === 'Map') data = await mapped(state, data as unknown[], task, visited);
    else if (Type !== 'Choice' && Type !== 'Succeed') throw new Error(`no state of type ${Type}`);
    const met = Choices.find(({ And }) => And.every((rule) => isMet(rule, data)));
    name = Type === 'Choice' ? (met?.Next ?? Default) : Next;
  }
  return data;
}

async function attempted({ Retry = [] }: State, data: unknown, task: Task): Promise<unknown> {
  for (let retries = Retry[0]?.MaxAttempts ?? 0; ; retries--)
    try {
      return await task(data);
    } catch (error) {
      if (retries === 0) throw error;
    }
}

async function mapped(state: State, items: unknown[], task: Task, visited: string[]) {
  const { ItemProcessor, MaxConcurrency, ResultSelector } = state;
  if (ItemProcessor === undefined || (MaxConcurrency ?? 0) < items.length)
    throw new Error('This Map would not run all of its items at once.');
  const results = await Promise.all(items.map((item) => run(ItemProcessor, item, task, visited)));
  const [selected, ...others] = Object.entries(ResultSelector ?? {});
  if (selected?.[1] !== '$' || others.length > 0) throw new Error('no such ResultSelector');
  return { [selected[0].replace(/\.\$$/, '')]: results };
}

function isMet({ Variable, IsPresent, IsString }: Rule, data: unknown): boolean {
  const value = (data as Record<string, unknown>)[Variable.replace('$.', '')];
  return (
    (IsPresent === true && value !== undefined) || (IsString === true && typeof value === 'string')
  );
}
