"""What OData says of bodies, queries and filters."""
