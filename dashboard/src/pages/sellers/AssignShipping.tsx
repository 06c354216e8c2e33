import { Text } from "@saleor/macaw-ui";
import { useState } from "react";

import { useApiQuery } from "../../api/hooks";
import { useAct } from "../../api/useAct";
import { AssignShippingDocument, FindShippingDocument } from "../../graphql/graphql";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { CheckboxField, TextField } from "../../ui/fields";
import { Refusals } from "../../ui/Refusals";
import { EmptyState, Loading, ProblemState } from "../../ui/states";

interface AssignShippingProps {
  seller: { id: string; name: string };
  /** IDs of the methods that the seller has. */
  assigned: readonly string[];
  onDone: () => void;
  onClose: () => void;
}

export function AssignShipping({ seller, assigned, onDone, onClose }: AssignShippingProps) {
  const [chosen, setChosen] = useState<string[]>([]);
  const { act, isRunning, refusals } = useAct(AssignShippingDocument);
  const confirm = async () => {
    if (await act({ id: seller.id, shippingMethods: chosen })) onDone();
  };
  return (
    <ConfirmDialog
      title={`Assign delivery methods to ${seller.name}`}
      action={chosen.length > 0 ? `Assign ${chosen.length}` : "Assign"}
      isRunning={isRunning}
      isReady={chosen.length > 0}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      <Text as="p">
        A method that is assigned to sellers is offered only for the goods of these sellers.
      </Text>
      <Methods assigned={assigned} chosen={chosen} onChoose={setChosen} />
      <Refusals refusals={refusals} />
    </ConfirmDialog>
  );
}

interface MethodsProps {
  assigned: readonly string[];
  chosen: string[];
  onChoose: (ids: string[]) => void;
}

interface Method {
  id: string;
  name: string;
  zone: string;
}

/** All methods of the shop, zone by zone; the list is filtered here. */
function Methods({ assigned, chosen, onChoose }: MethodsProps) {
  const [text, setText] = useState("");
  const query = useApiQuery(FindShippingDocument, { first: 100 });
  if (query.problem) return <ProblemState problem={query.problem} onRetry={query.reload} />;
  const zones = query.data?.shippingZones;
  if (!zones) return <Loading label="Loading delivery methods" />;
  const methods: Method[] = zones.edges.flatMap(({ node }) =>
    (node.shippingMethods ?? []).map(({ id, name }) => ({ id, name, zone: node.name })),
  );
  const found = methods.filter((method) => matches(method, text));
  return (
    <>
      <TextField label="Name of the method or zone" value={text} onChange={setText} />
      {found.length === 0 && <EmptyState title="No delivery method matches" />}
      <ul className="og-choices" aria-label="Delivery methods">
        {found.map(({ id, name, zone }) => (
          <li key={id}>
            <CheckboxField
              label={
                <>
                  {name}
                  <span className="og-quiet og-sub">
                    {assigned.includes(id) ? `${zone} · Assigned already` : zone}
                  </span>
                </>
              }
              isChecked={chosen.includes(id)}
              isDisabled={assigned.includes(id)}
              onChange={(isChosen) =>
                onChoose(isChosen ? [...chosen, id] : chosen.filter((each) => each !== id))
              }
            />
          </li>
        ))}
      </ul>
      {zones.pageInfo.hasNextPage && (
        <Text as="p" size={3} className="og-quiet">
          Only the methods of the first 100 shipping zones are listed.
        </Text>
      )}
    </>
  );
}

function matches({ name, zone }: Method, text: string): boolean {
  return `${name} ${zone}`.toLowerCase().includes(text.trim().toLowerCase());
}
