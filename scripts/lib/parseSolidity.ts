import solc from 'solc';

/** solc's AST of one source, without resolving its imports. Throws when it does not parse. */
export function parseSolidity(source: string): unknown {
  const input = {
    language: 'Solidity',
    sources: { source: { content: source } },
    settings: { stopAfter: 'parsing', outputSelection: { '*': { '': ['ast'] } } },
  };
  const output: {
    errors?: { severity: string; formattedMessage: string }[];
    sources: { source?: { ast: unknown } };
  } = JSON.parse(solc.compile(JSON.stringify(input)));
  const error = output.errors?.find(({ severity }) => severity === 'error');
  if (error !== undefined) throw new SyntaxError(error.formattedMessage);
  return output.sources.source?.ast;
}
