/**
 * Base of all errors that a caller can act on: a stable code, a message that says what to do, the cause kept.
 * Subclasses stand at the bottom of the module that throws them.
 */
export abstract class DinError extends Error {
  /** Stable, upper case: tests and scripts rely on it, never on the message. */
  abstract readonly code: string;

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}
