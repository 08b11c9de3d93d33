import { expect, test } from 'vitest';

import { Offline, Problem } from '../api/client.ts';
import { explain, fieldName, Mistakes } from './form.ts';

/** A form that has controls of these names. */
function aForm(...names: string[]): { querySelector(selector: string): unknown } {
  return {
    querySelector(selector) {
      const [, how, wanted = ''] = /\[name(\^?=)"(.*)"\]/.exec(selector) ?? [];
      const name = names.find((one) => (how === '=' ? one === wanted : one.startsWith(wanted)));
      return name ? { name } : null;
    },
  };
}

function aProblem(field: string): Problem {
  return new Problem(422, 'invalid', 'x', [{ field, problem: 'this cannot be right', cure: 'Check the unit' }]);
}

test('a field is named the way our forms name it', () => {
  expect(fieldName('body.lines[0].amount.value')).toBe('lines.0.amount.value');
  expect(fieldName('/lines/0/amount')).toBe('lines.0.amount');
  expect(fieldName('email')).toBe('email');
});

test('a complaint stands at its field as sentences', () => {
  expect(explain(aProblem('email'), aForm('email'))).toEqual({ fields: { email: 'This cannot be right. Check the unit.' }, trouble: '' });
});

test('a complaint about a whole is shown at its first part', () => {
  const { fields } = explain(aProblem('lines.0.amount'), aForm('lines.0.medicine', 'lines.0.amount.value', 'lines.0.amount.unit'));
  expect(Object.keys(fields)).toEqual(['lines.0.amount.value']);
});

test('a complaint about a field we do not have is shown above the form', () => {
  expect(explain(aProblem('colour'), aForm('email')).trouble).toBe('This cannot be right. Check the unit.');
});

test('own checks and a missing network are told apart', () => {
  expect(explain(new Mistakes({ name: 'Please.' }), null).fields).toEqual({ name: 'Please.' });
  expect(explain(new Offline('x'), null).trouble).toContain('still here');
});
