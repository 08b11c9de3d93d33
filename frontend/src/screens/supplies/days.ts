/** Days as people type them. Pure. */

/** What is wrong with the year of a day, where no label has it: two of its digits are missing, or slipped. */
export function yearMistake(date: string): string | undefined {
  return date === '' || /^20\d\d-/.test(date) ? undefined : 'Please check the year.';
}

/** A second look at the last day on a label, where that day has passed; it may be so. */
export function pastNote(date: string, today: string): string | undefined {
  return date !== '' && !yearMistake(date) && date < today ? 'This day has passed. Is it what the label says?' : undefined;
}

/** A second look at a day something was done to a vial, where that is before it came; a pharmacy may have done it. */
export function earlyNote(date: string, received: string): string | undefined {
  const whole = date !== '' && received !== '' && !yearMistake(date) && !yearMistake(received);
  return whole && date < received ? 'This is before the day you got it. Are both days right?' : undefined;
}
