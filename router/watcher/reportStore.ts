import { z } from 'zod';
import { DinError } from '../core/dinError.ts';
import type { Hex } from '../registry/providerSet.ts';
import { CURSORS_SCHEMA, type Cursors, createCursors } from './cursors.ts';
import { commitmentOf, type Report, type ReportAuthor } from './report.ts';
import { openStateFile } from './stateFile.ts';

/**
 * - `missed`: a window closed before the report went through it
 * - `rewarded`: the hub has paid for it
 * - `unrewarded`: the hub will never pay for it
 */
export type ReportState = (typeof REPORT_STATES)[number];
const REPORT_STATES = ['stored', 'committed', 'revealed', 'missed', 'rewarded', 'unrewarded'] as const;

export interface StoredReport extends Report {
  readonly state: ReportState;
}

/** Reports on disk. What `save` has returned survives the process and the machine. */
export interface ReportStore extends Cursors {
  /** Writes a report before it is committed to. The first one of an epoch stays: it may be committed to already. */
  save(report: Report): StoredReport;
  get(epoch: number): StoredReport | undefined;
  /**
   * Reports that wait for their commit or reveal, and those that a reorg may still take away: of epoch `openFrom` and
   * later. Oldest first.
   */
  pending(openFrom: number): readonly Pick<StoredReport, 'epoch' | 'state'>[];
  /** Epochs of the reports that were revealed in full and whose reward is not settled, oldest first. */
  unpaid(): readonly number[];
  setState(epoch: number, state: ReportState): void;
  /** Of each state that a report is in: the newest epoch. */
  newest(): ReadonlyMap<string, number>;
  /** Forgets reports of epochs before this one. */
  prune(beforeEpoch: number): void;
  close(): void;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS reports (
    author TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    salt TEXT NOT NULL,
    chunks TEXT NOT NULL,
    commitment TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (author, epoch)
  ) STRICT;
  ${CURSORS_SCHEMA}
`;

/**
 * Opens the store in `stateDir`, which is made when it is missing. Holds it alone until closed: two watchers of one
 * key would commit to different reports.
 * @throws `StateInUseError`, `StateUnusableError`
 */
export function createReportStore(stateDir: string, author: ReportAuthor): ReportStore {
  const db = openStateFile(stateDir, 'watcher.sqlite', SCHEMA);
  // One directory may serve several deployments in turn: a report belongs to its author on its chain.
  const key = `${author.chainId}/${author.hub}/${author.watcher}`.toLowerCase();
  const select = 'SELECT epoch, salt, chunks, commitment, state FROM reports WHERE author = ?';
  const one = db.prepare(`${select} AND epoch = ?`);
  const waiting = db.prepare(`
    SELECT epoch, state FROM reports
    WHERE author = ? AND (state IN ('stored', 'committed') OR (state = 'revealed' AND epoch >= ?))
    ORDER BY epoch
  `);
  const revealed = db.prepare(
    "SELECT epoch FROM reports WHERE author = ? AND state = 'revealed' ORDER BY epoch",
  );
  const newest = db.prepare('SELECT state, max(epoch) AS epoch FROM reports WHERE author = ? GROUP BY state');
  const insert = db.prepare('INSERT OR IGNORE INTO reports VALUES (?, ?, ?, ?, ?, ?)');
  const update = db.prepare('UPDATE reports SET state = ? WHERE author = ? AND epoch = ?');
  const remove = db.prepare('DELETE FROM reports WHERE author = ? AND epoch < ?');

  const get = (epoch: number) => {
    const row = one.get(key, epoch);
    return row && readReport(row, author);
  };
  return {
    ...createCursors(db, author.chainId),
    get,
    save(report) {
      const { epoch, salt, chunks, commitment } = report;
      insert.run(key, epoch, salt, JSON.stringify(chunks), commitment, 'stored');
      return get(epoch) ?? { ...report, state: 'stored' };
    },
    pending: (openFrom) => waiting.all(key, openFrom).map((row) => pendingSchema.parse(row)),
    unpaid: () => revealed.all(key).map((row) => Number(row.epoch)),
    setState: (epoch, state) => void update.run(state, key, epoch),
    newest: () => new Map(newest.all(key).map(({ state, epoch }) => [String(state), Number(epoch)])),
    prune: (beforeEpoch) => void remove.run(key, beforeEpoch),
    close: () => db.close(),
  };
}

const hex = z.custom<Hex>((value) => typeof value === 'string' && /^0x[0-9a-fA-F]*$/.test(value));
const uint16 = z.int().min(0).max(65_535);
const rowSchema = z.object({
  epoch: z.int().min(0),
  salt: hex,
  commitment: hex,
  state: z.enum(REPORT_STATES),
  chunks: z.string().transform((text) => chunksSchema.parse(JSON.parse(text))),
});
const pendingSchema = rowSchema.pick({ epoch: true, state: true });
const chunksSchema = z.array(
  z.object({
    measurements: hex,
    breaches: z.array(
      z.object({
        provider: hex,
        network: hex,
        offence: z.int().min(0).max(255),
        samples: uint16,
        successes: uint16,
        p95LatencyMs: uint16,
        p95BlockLag: uint16,
        mismatches: uint16,
      }),
    ),
  }),
);

function readReport(row: unknown, author: ReportAuthor): StoredReport {
  const parsed = rowSchema.safeParse(row);
  if (!parsed.success) throw new CorruptReportError(parsed.error);
  const { epoch, salt, chunks, commitment } = parsed.data;
  // A report that does not open its commitment cannot be revealed: better known now.
  if (commitmentOf(author, epoch, salt, chunks) !== commitment) throw new CorruptReportError();
  return parsed.data;
}

export class CorruptReportError extends DinError {
  readonly code = 'CORRUPT_REPORT';
  constructor(cause?: unknown) {
    super(
      'A stored report is damaged and cannot be revealed. Remove the watcher’s state to go on without it.',
      { cause },
    );
  }
}
