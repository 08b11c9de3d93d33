import { expect, test } from 'vitest';

import type { Item, LabRule } from '../../api/types.ts';
import { choicesOf, draftOf, NEW_RULE, ruleOf, type RuleDraft } from './labrule.ts';

const items = [
  { code: 'estradiol', group: 'lab', panel: 'hormones' }, { code: 'shbg', group: 'lab', panel: 'hormones' }, { code: 'psa', group: 'lab', panel: 'prostate' },
  { code: 'systolic', group: 'vital', panel: null }, { code: 'weight', group: 'body', panel: null },
  { code: 'dexa_lean', group: 'scan', panel: null }, { code: 'dexa_lean_trunk', group: 'scan', panel: null }, { code: 'energy', group: 'scale', panel: null },
] as unknown as Item[];

const standard: LabRule = {
  rule: 'a', name: 'A', purpose: 'blood', markers: ['psa', 'estradiol'], anchor: 'dose_change', of: ['androgen'], offset_days: 42, window_before: 14, window_after: 14,
  repeat_days: null, only_if: { age_at_least: 40, on: [] }, source: 'A book.',
};

test('a rule asks for what one visit can tell, by panel, and for nothing that is only felt', () => {
  const names = (purpose: LabRule['purpose']): [string, string[]][] => choicesOf(items, purpose).map(([panel, some]) => [panel, some.map(({ code }) => code)]);
  expect(names('blood')).toEqual([['Hormones', ['estradiol', 'shbg']], ['Prostate', ['psa']]]);
  expect(names('measure')).toEqual([['Blood pressure', ['systolic']], ['Weight and size', ['weight']]]);
  expect(names('scan')).toEqual([['The whole body', ['dexa_lean']], ['Regions of the body', ['dexa_lean_trunk']]]);
});

test('a rule that was not changed is the default one to the letter; a changed one loses its source', () => {
  expect(ruleOf(draftOf(standard), 'a', standard, items, 'rules.0').rule).toEqual(standard);
  const changes: readonly Partial<RuleDraft>[] = [{ markers: ['psa'] }, { offset_days: '70' }, { age: '' }, { on: ['glp1'] }, { of: ['glp1'] }];
  for (const other of changes) {
    const { rule } = ruleOf({ ...draftOf(standard), ...other }, 'a', standard, items, 'rules.0');
    expect(rule?.source).toBe('Chosen by the clinic for this patient.');
  }
});

test('what is missing in a rule is named as the API names it', () => {
  const { mistakes } = ruleOf({ ...NEW_RULE, anchor: 'dose_change', window_before: 'two', age: 'old' }, 'own-1', undefined, items, 'rules.3');
  expect(Object.keys(mistakes).sort()).toEqual(['rules.3.markers', 'rules.3.name', 'rules.3.of', 'rules.3.offset_days', 'rules.3.only_if.age_at_least', 'rules.3.window_before']);
});

test('what the chosen anchor does not have is not sent', () => {
  const draft: RuleDraft = { ...NEW_RULE, name: ' Own ', markers: ['shbg'], of: ['androgen'], offset_days: '28', repeat_days: '90', age: '40', on: ['glp1'] };
  expect(ruleOf({ ...draft, anchor: 'last_result' }, 'own-1', undefined, items, 'rules.0').rule).toMatchObject({ name: 'Own', of: [], repeat_days: null, only_if: { age_at_least: 40, on: ['glp1'] } });
  expect(ruleOf({ ...draft, anchor: 'dose_change', age: '', on: [] }, 'own-1', undefined, items, 'rules.0').rule).toMatchObject({ of: ['androgen'], repeat_days: 90, only_if: null });
});
