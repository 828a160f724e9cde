/** What a page deep in a long list consumes, by its cursor and by an offset. */
import type { Console } from '../callers.ts';
import { type Cost, costText } from '../capacity/meter.ts';
import { atMost, type Row } from '../report.ts';
import type { Chart, Series } from '../svg/chart.ts';
import { type Histories, PAGE } from './histories.ts';

const LISTS = ['payouts', 'rewards'];
const DEPTHS = [10, 100, 1000, 10_000, 90_000];

/** An offset beyond this takes the embedded engine so long that the function's time may run out. */
const OFFSET_MAX = 10_000;

const ROWS_PER_REQUEST_MAX = 200;
const RATIO_MAX = 1.1;

export async function unitsByDepth({
  longest,
  console,
  costOf,
}: Histories): Promise<[Row[], Chart]> {
  const user = console(longest);
  const rows: Row[] = [];
  const series: Series[] = [];
  for (const list of LISTS) {
    const page = (place: string) => costOf(() => user.get(`${list}?limit=${PAGE}${place}`));
    const first = await page('');
    const byCursor: [number, Cost][] = [];
    const byOffset: [number, Cost][] = [];
    let at = { depth: 0, cursor: '' };
    for (const depth of DEPTHS) {
      at = await walkOn(user, list, at, depth);
      byCursor.push([depth, await page(`&cursor=${at.cursor}`)]);
      if (depth <= OFFSET_MAX) byOffset.push([depth, await page(`&offset=${depth}`)]);
    }
    const worst = Math.max(...byCursor.map(([, { read }]) => read));
    const details = [first, byCursor.at(-1)?.[1], byOffset.at(-1)?.[1]].map(
      (cost) => cost && costText(cost),
    );
    rows.push(
      atMost(
        `page of ${list}, up to 90,000 deep: units, by cursor / first page`,
        RATIO_MAX,
        worst / first.read,
        `${details[1]} / ${details[0]}; by an offset of 10,000 ${details[2]}`,
      ),
    );
    series.push(
      { name: `${list}, by cursor`, points: byCursor.map(([depth, { read }]) => [depth, read]) },
      {
        name: `${list}, by offset`,
        points: byOffset.map(([depth, { read }]) => [depth, read]),
        dashed: true,
      },
    );
  }
  return [
    rows,
    {
      name: 'page-depth',
      title: 'Capacity units of a page by its depth in the list',
      note: 'A page of five of a user with 100,000; clients page by cursor',
      x: 'rows before the page',
      y: 'read request units',
      logarithmic: true,
      series,
    },
  ];
}

/** Follows the cursors, as a client does, to the place behind so many rows. */
async function walkOn(
  user: Console,
  list: string,
  from: { depth: number; cursor: string },
  to: number,
) {
  let { depth, cursor } = from;
  while (depth < to) {
    const limit = Math.min(ROWS_PER_REQUEST_MAX, to - depth);
    const page = await user.get(`${list}?limit=${limit}${cursor && `&cursor=${cursor}`}`);
    cursor = (page as { next_cursor: string }).next_cursor;
    depth += limit;
  }
  return { depth, cursor };
}
