# python3-skimage
import numpy as np
from skimage import draw, filters, measure, morphology, transform

image = np.zeros((60, 60))
image[draw.disk((20, 20), 10)] = 1
image[draw.rectangle((40, 40), (50, 55))] = 1
labels = measure.label(image)
print(labels.max(), [int(r.area) for r in measure.regionprops(labels)])
print(round(float(filters.sobel(image).sum()), 4),
      int(morphology.binary_erosion(image).sum()))
print(transform.resize(image, (10, 10)).shape)
