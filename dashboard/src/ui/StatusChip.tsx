export type Tone = "neutral" | "info" | "success" | "warning" | "critical";

export interface Status {
  label: string;
  tone: Tone;
}

export function StatusChip({ status }: { status: Status }) {
  return (
    <span className="og-chip" data-tone={status.tone}>
      {status.label}
    </span>
  );
}
