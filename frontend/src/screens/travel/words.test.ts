import { expect, test } from 'vitest';

import { doseTimes } from './words.ts';

const dose = {
  line_id: 'l', label: 'Sermorelin', night: '2026-11-22', due_at: '2026-11-22T13:30:00Z', due_there: '22:30', due_home: '03:30',
  hours_since_last: 5, held_for: null,
};

test('a dose is told on both clocks', () => {
  expect(doseTimes(dose, 'Asia/Tokyo', 'Pacific/Honolulu')).toEqual(['Sunday, 22:30 in Tokyo (03:30 at home)']);
  expect(doseTimes({ ...dose, due_at: '2026-11-22T08:30:00Z' }, 'Asia/Tokyo', 'Pacific/Honolulu')).toEqual(['Sunday, 17:30 in Tokyo (Saturday, 22:30 at home)']);
});

test('a dose left out for the gap is said plainly', () => {
  expect(doseTimes({ ...dose, held_for: 'gap' }, 'Asia/Tokyo', 'Pacific/Honolulu')[1]).toBe('Left out: only 5 h after the dose before.');
});
