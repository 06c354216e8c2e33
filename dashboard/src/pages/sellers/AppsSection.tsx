import { Button } from "@saleor/macaw-ui";
import { useState } from "react";

import { useApiQuery } from "../../api/hooks";
import { useAct } from "../../api/useAct";
import {
  FindAppsDocument,
  RemoveAppDocument,
  SaveAppDocument,
  SellerAppsDocument,
} from "../../graphql/graphql";
import { Section } from "../../ui/Page";
import { EmptyState, Loading, ProblemState } from "../../ui/states";
import type { Account } from "./access";
import { AccessList } from "./AccessList";
import { AddAccess, type Candidates } from "./AddAccess";

/** The apps that work on the seller's orders, such as its ERP. */
export function AppsSection({ seller }: { seller: { id: string; name: string } }) {
  const [isAdding, setAdding] = useState(false);
  const query = useApiQuery(SellerAppsDocument, { id: seller.id });
  const save = useAct(SaveAppDocument);
  const remove = useAct(RemoveAppDocument);
  const problem = query.problem ?? query.gaps[0];
  const apps = query.data?.seller?.apps;
  const close = () => {
    save.forget();
    setAdding(false);
  };
  return (
    <Section
      title="Apps"
      actions={
        apps && (
          <Button variant="secondary" onClick={() => setAdding(true)}>
            Link app
          </Button>
        )
      }
    >
      {problem && <ProblemState problem={problem} onRetry={query.reload} />}
      {!problem && !apps && <Loading label="Loading apps" />}
      {apps?.length === 0 && (
        <EmptyState title="No apps">
          A linked app, such as the seller&apos;s ERP, reads the seller&apos;s orders.
        </EmptyState>
      )}
      {apps && apps.length > 0 && (
        <AccessList
          name="Apps of the seller"
          seller={seller}
          entries={apps.map(({ app, rights, createdAt }) => ({
            account: toAccount(app),
            rights,
            since: createdAt,
          }))}
          save={save}
          remove={remove}
          onDone={query.reload}
        />
      )}
      {isAdding && (
        <AddAccess
          title={`Link an app to ${seller.name}`}
          action="Link app"
          searchLabel="Name of the app"
          sellerId={seller.id}
          save={save}
          useCandidates={useApps}
          onDone={() => {
            close();
            query.reload();
          }}
          onClose={close}
        />
      )}
    </Section>
  );
}

function useApps(search: string): Candidates {
  const { data, problem, reload } = useApiQuery(FindAppsDocument, { search });
  const accounts = data && (data.apps?.edges ?? []).map(({ node }) => toAccount(node));
  return { accounts, problem, reload };
}

function toAccount(app: { id: string; name: string | null; isActive: boolean | null }): Account {
  return {
    id: app.id,
    name: app.name ?? "App without a name",
    detail: "",
    isActive: app.isActive === true,
    obstacle: null,
  };
}
