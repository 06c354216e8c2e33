import { useCallback, useMemo } from "react";
import { useLocation, useSearch } from "wouter";

import { useHost } from "./HostContext";

/** What the Dashboard adds to the address of a frame; it must survive navigation. */
const CONTEXT = ["domain", "saleorApiUrl", "id", "theme", "locale", "featureFlags"];

/** Milliseconds that navigation waits for the Dashboard to change its address. */
const COURTESY = 150;

/** The page's own part of the query. */
export function usePageQuery(): URLSearchParams {
  const search = useSearch();
  return useMemo(() => {
    const query = new URLSearchParams(search);
    CONTEXT.forEach((name) => query.delete(name));
    return query;
  }, [search]);
}

/**
 * Navigate between pages of the app, with the Dashboard's address bar beside it.
 *
 * The Dashboard changes its address first. Then one step back shows the page before:
 * the frame's entry in the common history is the newer one.
 */
export function useNavigate(): (path: string, query?: URLSearchParams) => Promise<void> {
  const host = useHost();
  const [, setLocation] = useLocation();
  return useCallback(
    async (path, query = new URLSearchParams()) => {
      const route = withQuery(path, query);
      await Promise.race([host.updateRouting(route), pause(COURTESY)]);
      setLocation(withQuery(path, withContext(query)));
    },
    [host, setLocation],
  );
}

function withContext(query: URLSearchParams): URLSearchParams {
  const full = new URLSearchParams(query);
  const present = new URLSearchParams(window.location.search);
  CONTEXT.forEach((name) => {
    const value = present.get(name);
    if (value !== null) full.set(name, value);
  });
  return full;
}

function withQuery(path: string, query: URLSearchParams): string {
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
