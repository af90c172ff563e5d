"""The control plane: Azure Resource Manager as far as image work needs it."""
