# python3-pil
import io

from PIL import Image, ImageDraw, ImageFilter, ImageOps

image = Image.new("RGB", (64, 48), "white")
draw = ImageDraw.Draw(image)
draw.ellipse((8, 8, 40, 40), fill="red", outline="black")
draw.text((2, 2), "pyexec", fill="blue")
small = ImageOps.grayscale(image.filter(ImageFilter.BLUR)).resize((16, 12))
print(small.size, small.mode, sum(small.getdata()))
for kind in "PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP":
    data = io.BytesIO()
    image.save(data, kind)
    data.seek(0)
    print(kind, Image.open(data).size)
