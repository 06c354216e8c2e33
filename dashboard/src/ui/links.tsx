import type { ReactNode } from "react";

import { useHost } from "../host/HostContext";
import { useNavigate } from "../host/location";

interface LinkProps {
  to: string;
  children: ReactNode;
}

/** A link to another page of the app, inside an app page. */
export function PageLink({ to, children }: LinkProps) {
  const navigate = useNavigate();
  return <LinkButton onClick={() => void navigate(to)}>{children}</LinkButton>;
}

/** A link to a page of the Dashboard. */
export function DashboardLink({ to, children }: LinkProps) {
  const host = useHost();
  return <LinkButton onClick={() => host.redirect(to)}>{children}</LinkButton>;
}

function LinkButton({ onClick, children }: { onClick: () => void; children: ReactNode }) {
  return (
    <button type="button" role="link" className="og-link" onClick={onClick}>
      {children}
    </button>
  );
}
