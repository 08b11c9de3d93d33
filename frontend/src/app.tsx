import type { ComponentType, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import { go, match, place } from './router.ts';
import { said } from './state/said.ts';
import { homeOf, session } from './state/session.ts';
import { Nav } from './ui/Nav.tsx';
import { UpdateBar } from './ui/UpdateBar.tsx';

/** What a screen is given: the names in its path. */
export interface ScreenProps {
  readonly names: Readonly<Record<string, string>>;
}

type Screen = ComponentType<ScreenProps>;
type Load = () => Promise<{ default: Screen }>;

/** One screen of a part of the app that is loaded as it is needed. */
export interface SubRoute {
  readonly pattern: string;
  readonly load: Load;
}

interface Route extends SubRoute {
  /** `everybody` also sees it signed out; `anyone` is anyone signed in. */
  readonly who: 'stranger' | 'everybody' | 'anyone' | 'patient' | 'clinician';
  /** A step of a path, shown without the navigation. */
  readonly bare?: boolean;
}

const ROUTES: readonly Route[] = [
  { pattern: '/tonight', load: () => import('./screens/tonight/Tonight.tsx'), who: 'patient' },
  { pattern: '/welcome', load: () => import('./screens/welcome/Welcome.tsx'), who: 'stranger', bare: true },
  { pattern: '/sign-up', load: () => import('./screens/welcome/SignUp.tsx'), who: 'stranger', bare: true },
  { pattern: '/sign-in', load: () => import('./screens/welcome/SignIn.tsx'), who: 'stranger', bare: true },
  { pattern: '/invite/:kind', load: () => import('./screens/invite/Invite.tsx'), who: 'everybody', bare: true },
  { pattern: '/start/protocol', load: () => import('./screens/start/StartProtocol.tsx'), who: 'patient', bare: true },
  { pattern: '/start/bedtime', load: () => import('./screens/start/StartBedtime.tsx'), who: 'patient', bare: true },
  { pattern: '/start/reminders', load: () => import('./screens/start/StartReminders.tsx'), who: 'patient', bare: true },
  { pattern: '/coming', load: () => import('./screens/coming/Coming.tsx'), who: 'patient' },
  { pattern: '/history', load: () => import('./screens/history/History.tsx'), who: 'patient' },
  { pattern: '/history/month', load: () => import('./screens/history/Month.tsx'), who: 'patient' },
  { pattern: '/history/import', load: () => import('./screens/history/Import.tsx'), who: 'patient' },
  { pattern: '/sites', load: () => import('./screens/sites/SitesScreen.tsx'), who: 'patient' },
  { pattern: '/travel', load: () => import('./screens/travel/Travel.tsx'), who: 'patient' },
  // Where a push about the protocol leads.
  { pattern: '/protocol', load: () => import('./screens/protocol/ProtocolScreen.tsx'), who: 'patient' },
  { pattern: '/settings', load: () => import('./screens/settings/Settings.tsx'), who: 'anyone' },
  { pattern: '/settings/*', load: () => import('./screens/settings/routes.tsx'), who: 'anyone' },
  { pattern: '/screening', load: () => import('./screens/screening/Screening.tsx'), who: 'patient' },
  { pattern: '/health/**', load: () => import('./screens/health/routes.tsx'), who: 'patient' },
  { pattern: '/supplies/**', load: () => import('./screens/supplies/routes.tsx'), who: 'patient' },
  { pattern: '/care/**', load: () => import('./screens/companion/routes.tsx'), who: 'anyone' },
  { pattern: '/clinic/**', load: () => import('./screens/clinic/routes.tsx'), who: 'clinician' },
];

/** The whole app: the screen of this place, the navigation, and what is said in passing. */
export function App(): JSX.Element {
  const target = redirected();
  useEffect(() => {
    if (target) go(target, { replace: true });
  }, [target]);
  const found = target ? undefined : routeOf(place.value.path);
  const signedIn = session.value.state !== 'out' && session.value.state !== 'starting';
  return (
    <>
      <UpdateBar />
      {found ? <Loaded key={found.route.pattern} load={found.route.load} names={found.names} /> : <main class="frame" />}
      {signedIn && found && !found.route.bare && <Nav />}
      <div class="said" role="status">
        <span>{said.value}</span>
      </div>
    </>
  );
}

/** Where somebody should be instead of here, if anywhere. */
function redirected(): string | undefined {
  const { path, query } = place.value;
  const who = session.value;
  if (who.state === 'starting') return '';
  const home = who.state === 'in' ? homeOf(who.me) : '/tonight';
  const route = routeOf(path)?.route;
  if (route?.who === 'everybody') return undefined;
  if (who.state === 'out') {
    if (route?.who === 'stranger') return undefined;
    // A notification was pressed while signed out: come back to its dose after signing in.
    const wanted = query.has('dose') ? `?to=${encodeURIComponent(`${path}?${query}`)}` : '';
    return `/welcome${wanted}`;
  }
  if (!route) return home;
  // Somebody whose session ended signs in again without losing what is kept on the phone.
  if (route.who === 'stranger') return who.state === 'expired' || who.state === 'remembered' ? undefined : (safe(query.get('to')) ?? home);
  if (who.state === 'in' && route.who !== 'anyone' && route.who !== who.me.role) return home;
  return undefined;
}

function routeOf(path: string): { route: Route; names: Record<string, string> } | undefined {
  return among(ROUTES, path);
}

function among<Kind extends SubRoute>(routes: readonly Kind[], path: string): { route: Kind; names: Record<string, string> } | undefined {
  for (const route of routes) {
    const names = match(route.pattern, path);
    if (names) return { route, names };
  }
  return undefined;
}

/** The screen of this place among those of one part of the app; home where there is none. */
export function Part({ routes }: { readonly routes: readonly SubRoute[] }): JSX.Element {
  const found = among(routes, place.value.path);
  useEffect(() => {
    if (!found) go('/', { replace: true });
  }, [found === undefined]);
  return found ? <Loaded key={found.route.pattern} load={found.route.load} names={found.names} /> : <main class="frame" />;
}

function safe(path: string | null): string | undefined {
  return path && /^\/(?!\/)/.test(path) ? path : undefined;
}

function Loaded({ load, names }: { readonly load: Load; readonly names: Record<string, string> }): JSX.Element {
  const [screen, setScreen] = useState<{ is: Screen } | 'failed'>();
  useEffect(() => {
    load().then((module) => setScreen({ is: module.default }), () => setScreen('failed'));
  }, [load]);
  if (screen === 'failed') return <main class="page"><h1>Please reload</h1><p>This screen could not be loaded. Check the connection and try again.</p></main>;
  if (!screen) return <main class="frame" aria-busy="true" />;
  return <screen.is names={names} />;
}
