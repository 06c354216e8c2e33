import { createContext, useContext, useSyncExternalStore, type ReactNode } from "react";

import type { Host, HostState } from "./host";

const HostContext = createContext<Host | null>(null);

export function HostProvider({ host, children }: { host: Host; children: ReactNode }) {
  return <HostContext.Provider value={host}>{children}</HostContext.Provider>;
}

export function useHost(): Host {
  const host = useContext(HostContext);
  if (!host) throw new Error("useHost needs a HostProvider.");
  return host;
}

export function useHostState(): HostState {
  const host = useHost();
  return useSyncExternalStore(host.subscribe, host.getState);
}

/** Whether the token has the permission, e.g. `MANAGE_ORDERS`. */
export function usePermission(name: string): boolean {
  return useHostState().permissions.includes(name);
}
