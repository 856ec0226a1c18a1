import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Series } from './collected.ts';
import type { MetricsJson } from './sumMetrics.ts';

// Users' calls come in between.
const SERIES_A_TURN = 2_000;

/** The page that Prometheus reads. With tens of thousands of series prom-client's own holds up all calls for half a second. */
export async function metricsText(metrics: MetricsJson): Promise<string> {
  const parts: string[] = [];
  for (const { name, help, type, values } of metrics) {
    if (parts.length > 0) parts.push('\n');
    parts.push(`# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n`);
    for (let from = 0; from < values.length; from += SERIES_A_TURN) {
      if (from > 0) await nextTurn();
      parts.push(linesOf(name, values.slice(from, from + SERIES_A_TURN)));
    }
  }
  return parts.join('');
}

function linesOf(name: string, values: readonly Series[]): string {
  let text = '';
  for (const { metricName = name, labels, value } of values) {
    text += metricName;
    let before = '{';
    for (const label in labels) {
      text += `${before}${label}="${labelText(labels[label])}"`;
      before = ',';
    }
    text += before === ',' ? `} ${numberText(value)}\n` : ` ${numberText(value)}\n`;
  }
  return text;
}

function labelText(value: string | number | undefined): string {
  const text = String(value ?? '');
  return SPECIAL.test(text) ? escaped(text).replaceAll('"', '\\"') : text;
}

const SPECIAL = /["\\\n]/;

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}
