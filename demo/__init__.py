"""The main job, told in acts: a disk becomes an image, a guest becomes a golden image, and the promise is proven."""
