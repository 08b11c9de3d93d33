/** Days as people type them. Pure. */

/** What is wrong with the year of a day, where no label has it: two of its digits are missing, or slipped. */
export function yearMistake(date: string): string | undefined {
  return date === '' || /^20\d\d-/.test(date) ? undefined : 'Please check the year.';
}
