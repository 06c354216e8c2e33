import { Suspense } from "react";
import { Provider, type Client } from "urql";
import { Router } from "wouter";

import { Gate } from "./host/Gate";
import type { Host } from "./host/host";
import { HostProvider } from "./host/HostContext";
import { Routes } from "./routes";
import { Loading } from "./ui/states";
import { Theme } from "./ui/Theme";

interface AppProps {
  host: Host;
  client: Client;
  basePath: string;
}

export function App({ host, client, basePath }: AppProps) {
  return (
    <HostProvider host={host}>
      <Theme>
        <Gate>
          <Provider value={client}>
            <Router base={basePath}>
              <Suspense
                fallback={
                  <div className="og-widget">
                    <Loading />
                  </div>
                }
              >
                <Routes />
              </Suspense>
            </Router>
          </Provider>
        </Gate>
      </Theme>
    </HostProvider>
  );
}
