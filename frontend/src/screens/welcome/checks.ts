/** What can be said about an entry before asking the server. Pure. */

/** The mistakes of a sign-up, one sentence for each field. */
export function signUpMistakes(entry: {
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly timezone: string;
}): Record<string, string> {
  return {
    ...(!entry.name.trim() && { name: 'Please enter a name; your own or any you like.' }),
    ...emailMistake(entry.email),
    ...(entry.password.length < 12 && { password: 'Please use at least 12 characters.' }),
    ...(!entry.timezone && { timezone: 'Please choose where you live, so that bedtime is yours.' }),
  };
}

/** The mistakes of a sign-in. */
export function signInMistakes(entry: { readonly email: string; readonly password: string }): Record<string, string> {
  return { ...emailMistake(entry.email), ...(!entry.password && { password: 'Please enter your password.' }) };
}

function emailMistake(email: string): Record<string, string> {
  if (/^\S+@\S+\.\S+$/.test(email.trim())) return {};
  return { email: 'Please enter an e-mail address such as ana@example.org.' };
}
