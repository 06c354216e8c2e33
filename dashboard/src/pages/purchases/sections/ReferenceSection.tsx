import { Box, Button } from "@saleor/macaw-ui";
import { useState, type FormEvent } from "react";

import { useApiMutation } from "../../../api/hooks";
import { UpdatePurchaseDocument } from "../../../graphql/graphql";
import { useHost } from "../../../host/HostContext";
import { TextField } from "../../../ui/fields";
import { Section } from "../../../ui/Page";
import type { Purchase } from "../purchase";

interface ReferenceSectionProps {
  purchase: Purchase;
  onSaved: () => void;
}

/** The number that an ERP or a web shop knows the purchase by. Empty removes it. */
export function ReferenceSection({ purchase, onSaved }: ReferenceSectionProps) {
  const host = useHost();
  const stored = purchase.externalReference ?? "";
  const [text, setText] = useState(stored);
  const [error, setError] = useState<string>();
  const [run, isRunning] = useApiMutation(UpdatePurchaseDocument);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    const answer = await run({ id: purchase.id, externalReference: text.trim() || null });
    if (!answer) return;
    const failure = answer.problem?.message ?? answer.data?.orderGroupUpdate?.errors[0]?.message;
    setError(failure ?? undefined);
    if (failure) return;
    host.notify({ status: "success", title: "The reference is saved" });
    onSaved();
  };
  return (
    <Section title="External reference">
      <form onSubmit={(event) => void save(event)} aria-label="External reference">
        <TextField
          label="Reference in another system"
          value={text}
          onChange={setText}
          error={error}
        />
        <Box marginTop={2}>
          <Button
            type="submit"
            variant="secondary"
            disabled={isRunning || text.trim() === stored}
          >
            Save
          </Button>
        </Box>
      </form>
    </Section>
  );
}
