import type { Refusal } from "../api/useAct";
import { Notice } from "./Notice";

/** What the API said against an act, in its own words. */
export function Refusals({ refusals }: { refusals: readonly Refusal[] }) {
  if (refusals.length === 0) return null;
  return (
    <Notice tone="critical" isLive>
      {refusals.map(({ field, message }) => (
        <div key={`${field}: ${message}`}>{message}</div>
      ))}
    </Notice>
  );
}
