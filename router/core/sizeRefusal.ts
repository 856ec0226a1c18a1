// Every node and provider has its own words for it.
const REFUSAL =
  /range|too (?:many|large|big|much|wide)|limit|exceed|max(?:imum)?\b|more than \d+|response size|specify an address/i;
// Rates are limited and exceeded as well, but not in these words.
const OF_THE_SIZE = /\b(?:ranges?|blocks|results|logs|response|payload)\b/i;

/**
 * Whether a node's message about a query for logs says that it was about too much. `maybe`: something is limited, but
 * not said to be the size. Wider than the table of errors: for those who can well ask for less in vain.
 */
export function soundsTooLarge(message: string): 'yes' | 'maybe' | 'no' {
  if (!REFUSAL.test(message)) return 'no';
  return OF_THE_SIZE.test(message) ? 'yes' : 'maybe';
}
