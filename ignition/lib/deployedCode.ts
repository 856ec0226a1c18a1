import { type Hex, hexToBytes, isHex } from 'viem';
import { z } from 'zod';
import { artifactResolver } from './artifacts.ts';

const artifactSchema = z.object({
  deployedBytecode: z.custom<Hex>(isHex),
  immutableReferences: z
    .record(z.string(), z.array(z.object({ start: z.int(), length: z.int() })))
    .optional(),
});

/** Whether code on a chain is what was compiled here; immutables, which each deployment fills in, are left out. */
export async function isCompiledCode(contractName: string, code: Hex | undefined): Promise<boolean> {
  const artifact = artifactSchema.parse(await artifactResolver.loadArtifact(contractName));
  const compiled = hexToBytes(artifact.deployedBytecode);
  const actual = hexToBytes(code ?? '0x');
  if (compiled.length !== actual.length) return false;
  for (const { start, length } of Object.values(artifact.immutableReferences ?? {}).flat()) {
    actual.fill(0, start, start + length);
    compiled.fill(0, start, start + length);
  }
  return Buffer.compare(compiled, actual) === 0;
}
