import { Button } from "@saleor/macaw-ui";
import { useState, type FormEvent } from "react";

import { otherRefusals, useAct } from "../../api/useAct";
import { UpdateSellerDocument, type SellerDetailsFragment } from "../../graphql/graphql";
import { useHost, usePermission } from "../../host/HostContext";
import { Notice } from "../../ui/Notice";
import { Section } from "../../ui/Page";
import { Refusals } from "../../ui/Refusals";
import { StatusChip } from "../../ui/StatusChip";
import { toFormValues, toUpdateInput, type FormValues } from "./formValues";
import { SellerFields, TEXT_FIELDS } from "./SellerFields";

interface DetailsSectionProps {
  seller: SellerDetailsFragment;
  onSaved: (seller: SellerDetailsFragment) => void;
}

export function DetailsSection({ seller, onSaved }: DetailsSectionProps) {
  const host = useHost();
  const canEdit = usePermission("MANAGE_PRODUCTS");
  const { act, isRunning, refusals } = useAct(UpdateSellerDocument);
  const [edits, setEdits] = useState<Partial<FormValues>>({});
  const stored = toFormValues(seller);
  const values = { ...stored, ...edits };
  const input = toUpdateInput(stored, values);
  const isChanged = Object.keys(input).length > 0;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const data = await act({ id: seller.id, input });
    if (!data?.sellerUpdate?.seller) return;
    setEdits({});
    onSaved(data.sellerUpdate.seller);
    host.notify({ status: "success", title: "Seller saved" });
  };
  return (
    <Section
      title="Details"
      actions={isChanged && <StatusChip status={{ label: "Unsaved changes", tone: "warning" }} />}
    >
      <form className="og-stack" onSubmit={(event) => void submit(event)}>
        {!canEdit && (
          <Notice tone="info">You need the permission MANAGE_PRODUCTS to change sellers.</Notice>
        )}
        <Refusals refusals={otherRefusals(refusals, TEXT_FIELDS)} />
        <SellerFields
          values={values}
          refusals={refusals}
          isDisabled={!canEdit}
          slugHelp="The seller's name in addresses."
          onChange={(part) => setEdits((before) => ({ ...before, ...part }))}
        />
        {canEdit && (
          <div className="og-buttons">
            <Button
              type="button"
              variant="secondary"
              disabled={!isChanged || isRunning}
              onClick={() => setEdits({})}
            >
              Discard
            </Button>
            <Button type="submit" disabled={!isChanged || isRunning}>
              {isRunning ? "Saving…" : "Save"}
            </Button>
          </div>
        )}
      </form>
    </Section>
  );
}
