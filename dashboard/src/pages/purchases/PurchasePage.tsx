import { useState } from "react";

import { useApiQuery } from "../../api/hooks";
import { PurchaseDocument } from "../../graphql/graphql";
import { usePermission } from "../../host/HostContext";
import { DateTime } from "../../ui/DateTime";
import { PageLink } from "../../ui/links";
import { Notice } from "../../ui/Notice";
import { Page } from "../../ui/Page";
import { StatusChip } from "../../ui/StatusChip";
import { EmptyState, Loading, NoPermission, ProblemState } from "../../ui/states";
import { fulfillment, paymentOf } from "../../ui/statuses";
import { Actions } from "./actions/Actions";
import type { Outcome } from "./actions/outcome";
import { OutcomeNotice } from "./actions/OutcomeNotice";
import type { Purchase } from "./purchase";
import { CustomerSection } from "./sections/CustomerSection";
import { DiscountsSection } from "./sections/DiscountsSection";
import { LinesSection } from "./sections/LinesSection";
import { MoneySection } from "./sections/MoneySection";
import { OrdersSection } from "./sections/OrdersSection";
import { PaymentsSection } from "./sections/PaymentsSection";
import { ReferenceSection } from "./sections/ReferenceSection";
import { TaxesSection } from "./sections/TaxesSection";
import { TimelineSection } from "./sections/TimelineSection";

/** The API does not tell a purchase that staff may not see from one that is not there. */
export default function PurchasePage({ number }: { number: string }) {
  if (usePermission("MANAGE_ORDERS")) return <OnePurchase number={number} />;
  return (
    <Page title={`Purchase #${number}`} name={`Purchase #${number}`}>
      <NoPermission permissions={["MANAGE_ORDERS"]} />
    </Page>
  );
}

/** One purchase: its orders, money, payments and history, and what can be done with it. */
function OnePurchase({ number }: { number: string }) {
  const { data, isLoading, problem, reload } = useApiQuery(PurchaseDocument, { number });
  const purchase = data?.orderGroup;
  if (!isLoading && !problem && purchase) return <Found purchase={purchase} onReload={reload} />;
  return (
    <Page title={`Purchase #${number}`} name={`Purchase #${number}`} above={<Above />}>
      {isLoading ? (
        <Loading lines={10} />
      ) : problem ? (
        <ProblemState problem={problem} onRetry={reload} />
      ) : (
        <EmptyState title="This purchase was not found, or it is not yours to see">
          It may have been deleted, or it belongs to a channel that your account has no access to.
        </EmptyState>
      )}
    </Page>
  );
}

const Above = () => <PageLink to="/purchases">All purchases</PageLink>;

interface FoundProps {
  purchase: Purchase;
  onReload: () => void;
}

function Found({ purchase, onReload }: FoundProps) {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const finish = (result: Outcome) => {
    setOutcome(result);
    onReload();
  };
  return (
    <Page
      title={`Purchase #${purchase.number}`}
      name={`Purchase #${purchase.number}`}
      above={<Above />}
      actions={<Actions purchase={purchase} onDone={finish} />}
    >
      <p className="og-summary">
        <DateTime value={purchase.createdAt} /> in {purchase.channel.name}
        <StatusChip status={paymentOf(purchase.chargeStatus, purchase.authorizeStatus)} />
        <StatusChip status={fulfillment(purchase.status)} />
      </p>
      {outcome && <OutcomeNotice outcome={outcome} />}
      {purchase.adoption && (
        <div className="og-gap">
          <Notice tone="warning">{purchase.adoption.message}</Notice>
        </div>
      )}
      <div className="og-columns">
        <div className="og-stack">
          <OrdersSection orders={purchase.orders} />
          <LinesSection orders={purchase.orders} />
          <PaymentsSection purchase={purchase} />
          <DiscountsSection discounts={purchase.discounts} />
          <TaxesSection taxes={purchase.taxes} />
        </div>
        <div className="og-stack">
          <MoneySection purchase={purchase} />
          <CustomerSection purchase={purchase} />
          <ReferenceSection
            key={purchase.externalReference}
            purchase={purchase}
            onSaved={onReload}
          />
          <TimelineSection events={purchase.events} />
        </div>
      </div>
    </Page>
  );
}
