import { Button, Text } from "@saleor/macaw-ui";
import { useState } from "react";

import { useApiQuery } from "../../api/hooks";
import { useAct } from "../../api/useAct";
import {
  SellerShippingDocument,
  UnassignShippingDocument,
  type SellerShippingQuery,
} from "../../graphql/graphql";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { Section } from "../../ui/Page";
import { Refusals } from "../../ui/Refusals";
import { EmptyState, Loading, ProblemState } from "../../ui/states";
import { AssignShipping } from "./AssignShipping";

type Method = NonNullable<NonNullable<SellerShippingQuery["seller"]>["shippingMethods"]>[number];

/** The delivery methods that only this seller's goods may use, or those of a few sellers. */
export function ShippingSection({ seller }: { seller: { id: string; name: string } }) {
  const [isAssigning, setAssigning] = useState(false);
  const [leaving, setLeaving] = useState<Method | null>(null);
  const query = useApiQuery(SellerShippingDocument, { id: seller.id });
  const problem = query.problem ?? query.gaps[0];
  const methods = query.data?.seller?.shippingMethods;
  const done = () => {
    setAssigning(false);
    setLeaving(null);
    query.reload();
  };
  return (
    <Section
      title="Delivery methods"
      actions={
        methods && (
          <Button variant="secondary" onClick={() => setAssigning(true)}>
            Assign methods
          </Button>
        )
      }
    >
      {problem && <ProblemState problem={problem} onRetry={query.reload} />}
      {!problem && !methods && <Loading label="Loading delivery methods" />}
      {methods?.length === 0 && (
        <EmptyState title="No method of its own">
          The seller&apos;s goods use the methods that are assigned to no seller.
        </EmptyState>
      )}
      {methods && methods.length > 0 && (
        <ul className="og-rows" aria-label="Delivery methods of the seller">
          {methods.map((method) => (
            <li key={method.id}>
              <MethodText method={method} />
              <Button
                variant="tertiary"
                aria-label={`Unassign ${method.name}`}
                onClick={() => setLeaving(method)}
              >
                Unassign
              </Button>
            </li>
          ))}
        </ul>
      )}
      {isAssigning && methods && (
        <AssignShipping
          seller={seller}
          assigned={methods.map(({ id }) => id)}
          onDone={done}
          onClose={() => setAssigning(false)}
        />
      )}
      {leaving && (
        <UnassignDialog
          seller={seller}
          method={leaving}
          onDone={done}
          onClose={() => setLeaving(null)}
        />
      )}
    </Section>
  );
}

function MethodText({ method }: { method: Method }) {
  const channels = (method.channelListings ?? []).map(({ channel }) => channel.name);
  return (
    <div>
      {method.name}
      <span className="og-quiet og-sub">{channels.join(", ") || "In no channel"}</span>
    </div>
  );
}

interface UnassignDialogProps {
  seller: { id: string; name: string };
  method: Method;
  onDone: () => void;
  onClose: () => void;
}

function UnassignDialog({ seller, method, onDone, onClose }: UnassignDialogProps) {
  const { act, isRunning, refusals } = useAct(UnassignShippingDocument);
  const confirm = async () => {
    if (await act({ id: seller.id, shippingMethods: [method.id] })) onDone();
  };
  return (
    <ConfirmDialog
      title={`Take ${method.name} from ${seller.name}?`}
      action="Unassign"
      isDangerous
      isRunning={isRunning}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      <Text as="p">
        A method that is assigned to no seller is offered for all sellers&apos; goods.
      </Text>
      <Refusals refusals={refusals} />
    </ConfirmDialog>
  );
}
