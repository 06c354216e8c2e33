import { Button, Text } from "@saleor/macaw-ui";
import { useState } from "react";

import { useAct } from "../../api/useAct";
import {
  UpdateSellerDocument,
  type SellerDetailsFragment,
  type SellerUpdateInput,
} from "../../graphql/graphql";
import { useHostState } from "../../host/HostContext";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { DateTime } from "../../ui/DateTime";
import { Section } from "../../ui/Page";
import { Refusals } from "../../ui/Refusals";
import { StatusChip } from "../../ui/StatusChip";
import { describeAccess, describeActivity } from "./statuses";

interface StatusSectionProps {
  seller: SellerDetailsFragment;
  onSaved: (seller: SellerDetailsFragment) => void;
}

interface Change {
  label: string;
  question: string;
  meaning: string;
  isDangerous: boolean;
  input: SellerUpdateInput;
}

/** Whether the seller sells, and whether its people see its orders. */
export function StatusSection({ seller, onSaved }: StatusSectionProps) {
  const [change, setChange] = useState<Change | null>(null);
  const { permissions } = useHostState();
  const mayActivate = permissions.includes("MANAGE_PRODUCTS");
  const mayLock = ["MANAGE_ORDERS", "MANAGE_USERS"].some((name) => permissions.includes(name));
  const mayUnlock = ["MANAGE_ORDERS", "MANAGE_USERS"].every((name) => permissions.includes(name));
  const mayChangeAccess = seller.hasAccess ? mayLock : mayUnlock;
  return (
    <Section title="Status">
      <dl className="og-pairs">
        <dt>Goods</dt>
        <dd>
          <StatusChip status={describeActivity(seller.isActive)} />
        </dd>
        {seller.hasAccess !== null && (
          <>
            <dt>Members and apps</dt>
            <dd>
              <StatusChip status={describeAccess(seller.hasAccess)} />
            </dd>
          </>
        )}
        <dt>Last change</dt>
        <dd>
          <DateTime value={seller.updatedAt} />
        </dd>
        <dt>Created</dt>
        <dd>
          <DateTime value={seller.createdAt} />
        </dd>
      </dl>
      <div className="og-buttons">
        {mayActivate && <ChangeButton change={changeActivity(seller)} onAsk={setChange} />}
        {seller.hasAccess !== null && mayChangeAccess && (
          <ChangeButton change={changeAccess(seller)} onAsk={setChange} />
        )}
      </div>
      {change && (
        <ChangeDialog
          seller={seller}
          change={change}
          onSaved={onSaved}
          onClose={() => setChange(null)}
        />
      )}
    </Section>
  );
}

function ChangeButton({ change, onAsk }: { change: Change; onAsk: (change: Change) => void }) {
  return (
    <Button variant="secondary" onClick={() => onAsk(change)}>
      {change.label}
    </Button>
  );
}

function changeActivity({ name, isActive }: SellerDetailsFragment): Change {
  return isActive
    ? {
        label: "Deactivate",
        question: `Deactivate ${name}?`,
        meaning:
          "The seller's goods cannot be bought any more. Open orders stay, and members can still ship them.",
        isDangerous: true,
        input: { isActive: false },
      }
    : {
        label: "Activate",
        question: `Activate ${name}?`,
        meaning: "The seller's goods can be bought again.",
        isDangerous: false,
        input: { isActive: true },
      };
}

function changeAccess({ name, hasAccess }: SellerDetailsFragment): Change {
  return hasAccess
    ? {
        label: "Lock access",
        question: `Lock all members and apps of ${name} out?`,
        meaning:
          "They see no orders from their next request on. They keep their rights. The goods stay on sale.",
        isDangerous: true,
        input: { hasAccess: false },
      }
    : {
        label: "Give access",
        question: `Give members and apps of ${name} their access?`,
        meaning: "They see the seller's orders again, with the rights that they have.",
        isDangerous: false,
        input: { hasAccess: true },
      };
}

interface ChangeDialogProps extends StatusSectionProps {
  change: Change;
  onClose: () => void;
}

function ChangeDialog({ seller, change, onSaved, onClose }: ChangeDialogProps) {
  const { act, isRunning, refusals } = useAct(UpdateSellerDocument);
  const confirm = async () => {
    const data = await act({ id: seller.id, input: change.input });
    if (!data?.sellerUpdate?.seller) return;
    onSaved(data.sellerUpdate.seller);
    onClose();
  };
  return (
    <ConfirmDialog
      title={change.question}
      action={change.label}
      isDangerous={change.isDangerous}
      isRunning={isRunning}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      <Text as="p">{change.meaning}</Text>
      <Refusals refusals={refusals} />
    </ConfirmDialog>
  );
}
