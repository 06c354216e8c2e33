export default function PurchasesPage() {
  return null;
}
