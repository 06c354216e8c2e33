import type { Status } from "../../ui/StatusChip";

/** Whether the goods of a seller can be bought. */
export function describeActivity(isActive: boolean): Status {
  return isActive
    ? { label: "Active", tone: "success" }
    : { label: "Inactive", tone: "neutral" };
}

/** Whether members and apps of a seller see its orders. */
export function describeAccess(hasAccess: boolean): Status {
  return hasAccess
    ? { label: "Has access", tone: "success" }
    : { label: "Locked", tone: "warning" };
}
