# python3-opencv
import cv2
import numpy as np

image = np.zeros((120, 160, 3), np.uint8)
cv2.circle(image, (80, 60), 30, (0, 0, 255), -1)
cv2.putText(image, "hi", (5, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (255,) * 3)
grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
edges = cv2.Canny(cv2.GaussianBlur(grey, (5, 5), 0), 50, 150)
contours = cv2.findContours(edges, cv2.RETR_EXTERNAL,
                            cv2.CHAIN_APPROX_SIMPLE)[-2]
print(edges.shape, len(contours) > 0)
ok, data = cv2.imencode(".png", image)
print(ok, bool((cv2.imdecode(data, cv2.IMREAD_COLOR) == image).all()))
print(cv2.resize(image, (16, 12)).shape)
