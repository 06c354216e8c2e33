import { Button } from "@saleor/macaw-ui";

import { useApiQuery } from "../../api/hooks";
import { OrderGroupsHealthDocument, type OrderGroupsHealthQuery } from "../../graphql/graphql";
import { purchaseRoute } from "../../host/dashboardPaths";
import { DateTime } from "../../ui/DateTime";
import { PageLink } from "../../ui/links";
import { Notice } from "../../ui/Notice";
import { Section } from "../../ui/Page";
import { EmptyState, Loading, ProblemState } from "../../ui/states";
import { adviseOn } from "./advice";

type Health = NonNullable<OrderGroupsHealthQuery["orderGroupsHealth"]>;
type Finding = Health["findings"][number];

/** Milliseconds after which a sweep is late: it runs each minute. */
const SWEEP_PATIENCE = 5 * 60 * 1000;

/** What is wrong in this installation, and what to do about it. */
export function HealthSection() {
  const query = useApiQuery(OrderGroupsHealthDocument, {});
  const health = query.data?.orderGroupsHealth;
  return (
    <Section
      title="Health"
      actions={
        <Button variant="secondary" disabled={query.isFetching} onClick={query.reload}>
          {query.isFetching ? "Looking…" : "Refresh"}
        </Button>
      }
    >
      {query.problem && <ProblemState problem={query.problem} onRetry={query.reload} />}
      {query.isLoading && <Loading label="Loading the state of the installation" />}
      {health && <HealthView health={health} />}
    </Section>
  );
}

function HealthView({ health }: { health: Health }) {
  const { lastSweepAt, unsettledPayments, unannouncedEvents, findings } = health;
  return (
    <div className="og-stack">
      {isLate(lastSweepAt) && <LateSweep lastSweepAt={lastSweepAt} />}
      <dl className="og-pairs">
        <dt>Last sweep</dt>
        <dd>{lastSweepAt ? <DateTime value={lastSweepAt} /> : "Never"}</dd>
        <dt>Unsettled payments</dt>
        <dd>{unsettledPayments}</dd>
        <dt>Unannounced events</dt>
        <dd>{unannouncedEvents}</dd>
      </dl>
      {findings.length === 0 ? (
        <EmptyState title="Nothing to do">
          These are quick checks. “manage.py verify_order_groups” looks at all purchases.
        </EmptyState>
      ) : (
        <ul className="og-rows" aria-label="Findings">
          {findings.map((finding) => (
            <FindingRow key={`${finding.code} ${finding.number} ${finding.message}`} {...finding} />
          ))}
        </ul>
      )}
    </div>
  );
}

function LateSweep({ lastSweepAt }: { lastSweepAt: string | null }) {
  return (
    <Notice tone="warning">
      <strong>
        {lastSweepAt ? "The last sweep was more than 5 minutes ago." : "No sweep has run yet."}
      </strong>{" "}
      A sweep does what a crash has left undone. {adviseOn("SWEEP").advice}
    </Notice>
  );
}

function FindingRow({ code, message, number }: Finding) {
  const { title, advice } = adviseOn(code);
  return (
    <li>
      <div>
        <strong>{title}</strong>
        {number && (
          <>
            {": "}
            <PageLink to={purchaseRoute(number)}>{`purchase #${number}`}</PageLink>
          </>
        )}
        <div>{message}</div>
        <div className="og-quiet">{advice}</div>
      </div>
    </li>
  );
}

function isLate(lastSweepAt: string | null): boolean {
  return lastSweepAt === null || Date.now() - Date.parse(lastSweepAt) > SWEEP_PATIENCE;
}
