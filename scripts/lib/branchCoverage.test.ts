import { describe, expect, it } from 'vitest';
import { instrumentBranches } from './branchCoverage.ts';
import { parseSolidity } from './parseSolidity.ts';

const SOURCE = `// Σ: more bytes than characters
contract C {
  function f(uint256 a) external returns (uint256 b) {
    require(a > 0 && a < 9, "small");
    if (a > 3) b = a > 5 ? 1 : 2;
    for (uint256 i = 0; i < a; ++i) ++b;
    try this.f(b) {} catch {}
  }
}
`;

describe('instrumentBranches', () => {
  const { source, arms } = instrumentBranches({
    original: SOURCE,
    source: SOURCE,
    sourceName: 'C.sol',
    parse: parseSolidity,
  });

  it('finds both arms of every fork, with the line it stands on', () => {
    expect(arms.map(({ line, name }) => `${line}:${name}`)).toEqual([
      '4:true',
      '4:false',
      '5:true',
      '5:false',
      '5:true',
      '5:false',
      '6:true',
      '6:false',
      '7:success',
      '7:failure',
    ]);
    expect(new Set(arms.map(({ tag }) => tag)).size).toBe(arms.length);
  });

  it('wraps the whole condition and leaves the rest as it is', () => {
    const plain = source
      .replaceAll(/__branch_\w+\(0x\w+, 0x\w+, /g, '<')
      .replaceAll(/__Nomic\w+\.\w+\(0x\w+\);/g, '!');
    expect(plain).toContain('require(<a > 0 && a < 9), "small");');
    expect(plain).toContain('if (<a > 3)) b = <a > 5) ? 1 : 2;');
    expect(plain).toContain('i = 0; <i < a); ++i) ++b;');
    expect(plain).toContain('try this.f(b) {!} catch {!}');
  });

  it('refuses a source whose forks are not those of the original', () => {
    const other = SOURCE.replace('if (a > 3) ', '');
    const call = () =>
      instrumentBranches({ original: other, source: SOURCE, sourceName: 'C.sol', parse: parseSolidity });
    expect(call).toThrowError(expect.objectContaining({ code: 'FORKS_DIFFER' }));
  });
});
