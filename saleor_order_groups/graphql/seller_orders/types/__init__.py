"""What a seller sees: IDs, names and amounts, and no way to a type of Saleor's."""
