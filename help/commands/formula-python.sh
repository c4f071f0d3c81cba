python3 -c '
import json
map = json.load(open("map.json"))
print("black is %g, white is %g" % (map["black"], map["white"]))
print("a pixel of 161 was about %.3f" % (map["black"] + 161 / 255 * (map["white"] - map["black"])))'
