import type { ReactNode } from "react";

import type { Tone } from "./StatusChip";

interface NoticeProps {
  tone: Tone;
  children: ReactNode;
  /** Whether screen readers say it when it appears. */
  isLive?: boolean;
}

export function Notice({ tone, children, isLive = false }: NoticeProps) {
  const role = isLive ? (tone === "critical" ? "alert" : "status") : undefined;
  return (
    <div className="og-notice" data-tone={tone} role={role}>
      {children}
    </div>
  );
}
