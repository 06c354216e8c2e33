import type { ReactNode } from "react";

import { EmptyState, ErrorState, Loading } from "../ui/states";
import { useHostState } from "./HostContext";

/** Shows the page once the Dashboard has given a token, and else why it has not. */
export function Gate({ children }: { children: ReactNode }) {
  const { connection } = useHostState();
  if (connection === "ready") return children;
  return (
    <div className="og-widget">
      <Waiting connection={connection} />
    </div>
  );
}

function Waiting({ connection }: { connection: "outside" | "connecting" | "silent" }) {
  switch (connection) {
    case "connecting":
      return <Loading label="Connecting to the Dashboard" />;
    case "silent":
      return (
        <ErrorState title="The Dashboard does not answer">
          Reload the Dashboard. If this stays, open the app from its list of extensions.
        </ErrorState>
      );
    case "outside":
      return (
        <EmptyState title="This page belongs into Saleor's Dashboard">
          Open the Dashboard and choose Purchases or Sellers in its menu. The address of this page
          alone shows nothing.
        </EmptyState>
      );
  }
}
