"""Tables of the Sales engine; they exist where the engine has been switched on."""

from modules.sfa.models.deals import Deal
from modules.sfa.models.pipelines import Pipeline, Stage
from modules.sfa.models.products import Product

__all__ = ["Deal", "Pipeline", "Product", "Stage"]
