import { z } from 'zod';
import { nearest } from './nearest.ts';

/** What to say about a key that the schema does not know, at the path of the mapping that holds it. */
export function unknownKey(schema: z.core.$ZodType, path: readonly PropertyKey[], key: string): string {
  const allowed = allowedKeys(schema, path);
  const near = nearest(key, allowed);
  return `unknown key${near ? ` (did you mean ${near}?)` : ''}; allowed: ${allowed.join(', ')}`;
}

/** The keys of the mapping at the path. */
function allowedKeys(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodArray) return allowedKeys(inner.element, path.slice(1));
  if (!(inner instanceof z.ZodObject)) return [];
  const [key, ...rest] = path;
  if (key === undefined) return Object.keys(inner.shape);
  const child: z.core.$ZodType | undefined = inner.shape[String(key)];
  return child ? allowedKeys(child, rest) : [];
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  const wrapper =
    schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
  return wrapper ? unwrap(schema.unwrap()) : schema;
}
