import { useEffect, useRef } from "react";

import { useHost } from "./HostContext";

/** Tell the Dashboard the height of a widget, now and whenever it changes. */
export function useWidgetSize<T extends HTMLElement>() {
  const host = useHost();
  const root = useRef<T>(null);
  useEffect(() => {
    const element = root.current;
    if (!element) return;
    const report = () => host.resize(Math.ceil(element.getBoundingClientRect().height));
    const observer = new ResizeObserver(report);
    observer.observe(element);
    return () => observer.disconnect();
  }, [host]);
  return root;
}
