import { useApiQuery } from "../../../api/hooks";
import { RefundReasonsDocument, RefundReasonTypeDocument } from "../../../graphql/graphql";
import type { Choice } from "../../../ui/fields";

interface Reasons {
  name: string;
  choices: Choice[];
}

/** The shop's own reasons for refunds, of which staff must name one; null without any. */
export function useReasons(): Reasons | null {
  const settings = useApiQuery(RefundReasonTypeDocument, {});
  const type = settings.data?.refundSettings.reasonReferenceType;
  const reasons = useApiQuery(RefundReasonsDocument, { type: type?.id ?? "" }, !type);
  if (!type) return null;
  return {
    name: type.name,
    choices: (reasons.data?.pages?.edges ?? []).map(({ node }) => ({
      value: node.id,
      label: node.title,
    })),
  };
}
