import type { ErrorClass } from './errorClass.ts';

/** What a node that cannot answer was asked for: a `method`, `state` or other history, a `range` or a result too large. */
export type Lack = 'method' | 'state' | 'range';

/** One kind of failure. It applies when every condition given holds; the first row that applies decides. */
export interface ErrorRow {
  readonly class: ErrorClass;
  /** What it is, for people. */
  readonly kind: string;
  /** Of class `capability`: what the node lacks, where that is known. */
  readonly lack?: Lack;
  readonly http?: readonly number[];
  readonly method?: RegExp;
  /** Code of the node's JSON-RPC error. */
  readonly code?: readonly number[];
  /** Against the error's message, first 1,000 characters. */
  readonly message?: RegExp;
}

const SENDS = /^(eth_sendRaw|eth_sendTransaction$|eth_sendPrivate|zks_sendRaw)/;
// What carries a transaction, signed or only tried out.
const TRANSACTIONS = /send|call|estimate|simulate|accessList|trace|bundle|fillTransaction|sign/i;
const LOG_QUERIES = /getLogs$|getFilterLogs$|filter$|getEvents$|getSignaturesForAddress$/i;

/**
 * How nodes and vendors fail, most telling first. Codes mean little (-32000, -32005, -32600 and -32602 each serve
 * several classes), so messages come before codes, and the caller's own errors before all: their text may quote
 * anything, like a revert reason that says "rate limit".
 */
export const ERROR_TABLE: readonly ErrorRow[] = [
  // The caller's own: what every node would answer.
  {
    class: 'client',
    kind: 'reverted',
    message:
      /\bexecution reverted\b|\breverted\b|^revert\b|\bVM (?:exception|execution error)|\bevm error\b|execution (?:fatal\b|failed due to an exception)/i,
  },
  {
    class: 'known',
    kind: 'already in the pool',
    method: SENDS,
    message:
      /already[ _]?(?:known|imported|finali[sz]ed|exists?\b|in (?:the )?(?:transaction )?(?:mem|tx)?pool|been (?:imported|added|seen))|\bknown transaction|transaction already|(?:tx|transaction) with (?:the )?same hash/i,
  },
  // Only now: zkSync gives code 3 to transactions that it knows, too.
  { class: 'client', kind: 'reverted', code: [3] },
  {
    class: 'client',
    kind: 'evm halted',
    message:
      /\binvalid (?:opcode|jump)|stack (?:underflow|limit reached)|out of gas|gas uint64 overflow|write protection|(?:code|initcode) size exceeded|contract creation code storage|simulation failed/i,
  },
  {
    class: 'client',
    kind: 'malformed parameters',
    message:
      /^invalid argument|^(?:missing value for required|too many) arguments?|cannot unmarshal|^invalid params?\b(?!.*range)|invalid block range|exceed max (?:topics|addresses)|hex string|^parse error|^(?:\w+ )?(?:filter|subscription) not found/i,
  },

  // The transport speaks before a vendor's wording.
  { class: 'capacity', kind: 'too many requests', http: [429, 402] },
  { class: 'capability', kind: 'request too large for the node', http: [413] },

  // Before words like "gas price" and "plan", with which vendors tell what would help.
  {
    class: 'capacity',
    kind: 'rate or full pool, in so many words',
    message:
      /\b(?:rps|requests?|calls?) limits?\b|pool (?:is )?(?:full|not accepting)|\bImmediatelyDropped\b/i,
  },
  {
    class: 'client',
    kind: 'transaction refused by the rules',
    method: TRANSACTIONS,
    message:
      /\bnonce\b|underpriced|insufficient (?:funds|balance)|intrinsic|gas (?:required|limit|price|fee|cap\b|too)|(?:block|transaction|tx) gas|fee cap|max (?:priority )?fee|fee ?too ?low|\btx fee\b|base fee|(?:invalid|forbidden) (?:sender|signature|transaction)|(?:invalid|wrong|unsupported) chain ?id|chain ?id (?:mismatch|not supported|is required)|\brlp\b|replay-protected|\bTooLowPriority\b|\bInvalidTransaction\b|transaction type|oversized data|(?<!excess )blob (?:fee|gas|hash|transaction)|in-flight transaction|delegated account|not enough funds|up-?front cost|account limit|sender (?:account )?(?:is|not) (?:an?\b|banned|authorized)/i,
  },

  // Unmistakable words of an operator's failings, before patterns that they would meet by accident.
  {
    class: 'provider',
    kind: "the service's own access is refused",
    message: /\bjwt\b|\bapp not found\b|\bendpoint .{0,30}\bdeprecated\b/i,
  },
  { class: 'provider', kind: 'timeout', message: /^request time(?:d )?out\b/i },

  // This node cannot answer this, another may.
  // Not too long: it ends too late.
  {
    class: 'capability',
    kind: 'block not there yet',
    lack: 'state',
    message: /\brange\b.{0,40}\bbeyond (?:the )?(?:current |latest )?(?:head|block|tip)\b/i,
  },
  {
    class: 'capability',
    kind: 'range or result too large',
    lack: 'range',
    message:
      /(?:returned|exceeds?(?:ed)?|matched|more than|limit(?:ed)?).*\b\d+k? (?:results|logs|events)|\b(?:block|blocks|log|logs|query|requested) range\b|range (?:is )?(?:too|limit|exceed)|\brange [\d,.]+ exceed|limited to (?:a |0 ?- ?)?[\d,]+ (?:blocks?\b|range|block range)|max(?:imum)? (?:is|allowed|of)? ?[\d,]+ blocks|(?:too many|more than [\d,.]+) blocks|maximum .{0,20}\bblocks? distance|(?:response|result|payload)(?: size)?(?: is| was)? (?:too (?:big|large)|exceed|larger)|response size|too many (?:logs|results|events)|\branges? over [\d,]+ blocks|\b(?:logs?|results?)\b.{0,40}exceeds? limit|specify (?:an address|(?:less|fewer) (?:number of )?address)|\bcontains [\d,]+ (?:filters|addresses|topics)|maximum number of (?:addresses|topics)|request (?:body )?(?:is )?too (?:big|large)|exceeds? max results/i,
  },
  {
    class: 'capability',
    kind: 'state or history not kept',
    lack: 'state',
    message:
      /missing trie node|\blookbacks? of more than\b|no matching state|(?:not|n't) (?:yet )?(?:been )?(?:fully )?indexed|\btransaction\b.{0,80}\bnot found|\btrie\b.*missing|\b(?:header|block|tipset|state(?:db)?|metadata|receipts?|finalized|safe|pending)\b.{0,90}\b(?:not found|not available|unavailable|not yet available|missing|unknown|pruned|does(?: not|n't) exist|cleaned up|discarded|not exist)\b|unknown (?:block|header|ancestor)|(?:no|missing) (?:the )?(?:header|block|state|historical|receipts)|(?:could not|couldn't|cannot|can't|unable to|failed to) (?:get|find|load|fetch|read|retrieve) (?:the |any )?(?:header|\w*block|state|historical|receipt|transaction)|invalid block ?hash (?:safe|finalized|pending)|\bblocks?\b.{0,60}\bcannot be found|\bheight\b.{0,60}\b(?:not available|must be less|invalid|too high)|not (?:currently )?canonical|not traceable|(?:number|height) (?:is )?(?:greater|higher) than (?:the )?(?:latest|head)|beyond (?:the )?(?:current )?head|requested data (?:is )?not available|\b(?:tag|safe|finalized|pending|earliest)\b.{0,40}\bnot (?:a )?supported|historical (?:state|rpc|backend|data|block)|\bprun(?:ed|ing)\b|\barchiv(?:e|al)\b|ancient|earliest available|first available block|reexec|proof window|proofs? (?:are|is) (?:only )?available|transaction indexing|not yet finalized|unfinalized|future block|after last accepted|out ?of ?range.*block|block.{0,60}out ?of ?range|slot .* (?:was skipped|skipped|not available)|context slot|history (?:is )?not|recreation .*depth/i,
  },
  {
    class: 'capability',
    kind: 'method or namespace not offered',
    lack: 'method',
    message:
      /\b(?:methods?|namespaces?|modules?|pool|tracers?|custom traces?|apis?(?! key))\b.{0,120}\b(?:not (?:found|exist|available|supported|allowed|enabled|whitelisted|implemented|permitted|included|recognized|active)|n't (?:exist|supported|available)|is disabled|unavailable|unsupported|disabled|blocked|restricted|forbidden)\b|(?:unsupported|unknown|disabled|unrecognized|restricted|forbidden) (?:rpc )?(?:method|namespace|module)\b|\b[a-z]+\d?_[A-Za-z]\w*(?:['"`]| ?\])? (?:is |are |was )?(?:not |un|only |disabled|blocked|restricted)|whitelist|not implemented|\boverrides? .{0,20}not supported|notifications not supported|(?:requires?|upgrade to|available on) .{0,40}\b(?:plan|tier|add-?on)\b/i,
  },
  {
    class: 'capability',
    kind: 'plan lacks it',
    lack: 'method',
    message:
      /(?:not|isn't|only) (?:available|included|supported|enabled|allowed) (?:on|in|with|for) .{0,40}\b(?:plan|tier)\b/i,
  },

  // Rates and quotas.
  {
    class: 'capacity',
    kind: 'rate or quota',
    message:
      /rate.?limit|too many (?:request|concurrent|connection|transactions)|(?:request|call|usage|concurrency|connection|throughput|capacity)s? (?:rate |count |quota )*(?:limit|exceed|quota|reached)|limit (?:exceed|reach)|exceed.{0,60}\b(?:limit|quota|capacity|allowance|plan|compute units|credits|requests)|\bquota\b|compute units|throttl|\bcredits?\b|(?:daily|monthly|hourly|second|minute|free ?tier|plan).{0,40}limit|requests? per (?:second|minute|day|month)|reduce (?:calls|requests|your)|over.?(?:limit|capacity|loaded)|(?:tx|mem|transaction) ?pool (?:is )?overflow|queue (?:is )?full|(?:server|node|system|service) (?:is )?(?:too )?busy|try again (?:later|in)|slow down|congest|dropped due to|under .{0,20}\bload\b|payment required/i,
  },

  // The node is at fault.
  {
    class: 'provider',
    kind: 'timeout',
    message: /time(?:d)?[ -]?out|deadline exceeded|context cancell?ed|took too long|\baborted\b/i,
  },
  {
    class: 'provider',
    kind: 'broken, behind or not reachable behind its proxy',
    message:
      /shutting down|shut ?down|starting up|warming up|leveldb|pebble|rocksdb|mdbx|database|\bdb\b|corrupt|is behind|catching up|\bcode = (?:Unavailable|DeadlineExceeded|Internal|Cancell?ed|Aborted)\b|^unknown error\b|unhealthy|not healthy|\bsync(?:ing|ed|hroni[sz]\w*)?\b|^internal\b|internal .{0,20}error|server error|something went wrong|unexpected (?:error|eof|end)|(?:cannot|unable to) (?:fulfill|complete) (?:the |this )?request|\bEOF\b|panic|crash|runtime error|nil pointer|not connected|connection|connect\b|dial tcp|econn|upstream|backend|no (?:available|healthy)|bad gateway|gateway|service unavailable|temporarily unavailable|unavailable|maintenance|out of memory|no space|i\/o|not ready|not responding|unreachable|no response|peers?\b/i,
  },
  {
    class: 'provider',
    kind: "the service's own access is refused",
    message:
      /unauthori[sz]ed|must be authenticated|authentication (?:failed|required)|not authenticated|(?:api|access|project|app|auth)[ -]?(?:key|token|id)|forbidden|access denied|permission denied|invalid (?:key|token|host|origin)|(?:unsupported|unknown) (?:chain|network|project)|\b(?:chain|network)\b.{0,40}\bnot in\b|(?:account|project|subscription|endpoint|network|chain) .{0,40}(?:disabled|suspended|expired|inactive|not (?:found|enabled|supported|allowed))|jwt/i,
  },

  // Codes, when the message said nothing.
  { class: 'client', kind: 'reverted', code: [-32015] },
  { class: 'capability', kind: 'method not found', lack: 'method', code: [-32601, -32004] },
  { class: 'capability', kind: 'block not known', lack: 'state', code: [-39001, -32001, 4444] },
  {
    class: 'capability',
    kind: 'range too large',
    lack: 'range',
    code: [-32614, -32008, -32020],
    method: LOG_QUERIES,
  },
  { class: 'capacity', kind: 'limit exceeded', code: [-32005, -32007, -32016, -32029, -32097, 429] },
  { class: 'provider', kind: 'internal error', code: [-32603, -32002, -32051, -32052, 500, 502, 503, 504] },
];

/**
 * HTTP statuses under which a JSON-RPC error of no known kind is taken at its word: some servers answer the caller's
 * mistakes with 400 or 422. Under any other status the transport says that the node failed.
 */
export const TRUSTED_STATUSES: readonly number[] = [200, 400, 422];
