"""What the profiles of Intune share: their fields, their types, and what Graph keeps beside them."""
