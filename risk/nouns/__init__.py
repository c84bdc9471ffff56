"""What an order is made of: money, parties, the declaration, the trade documents, the order itself."""
