// Which country a short name, an abbreviation or a word for its people speaks of. Only words that mean one country are here.

/** One line a country: its usual name, then what else it is called, separated by commas. */
const TABLE = `
Afghanistan, Afghan, Afghans
Albania, Albanian, Albanians
Algeria, Algerian, Algerians
Andorra, Andorran
Angola, Angolan, Angolans
Argentina, Argentine, Argentinian, Argentines
Armenia, Armenian, Armenians
Australia, Australian, Australians
Austria, Austrian, Austrians
Azerbaijan, Azerbaijani, Azerbaijanis, Azeri
Bahamas, Bahamian
Bahrain, Bahraini
Bangladesh, Bangladeshi, Bangladeshis
Barbados, Barbadian
Belarus, Belarusian, Belarusians, Byelorussian
Belgium, Belgian, Belgians
Belize, Belizean
Benin, Beninese
Bhutan, Bhutanese
Bolivia, Bolivian, Bolivians
Bosnia and Herzegovina, Bosnia, Bosnian, Bosnians
Botswana, Motswana
Brazil, Brazilian, Brazilians
Brunei, Bruneian
Bulgaria, Bulgarian, Bulgarians
Burkina Faso, Burkinabe
Burundi, Burundian
Cambodia, Cambodian, Cambodians
Cameroon, Cameroonian, Cameroonians
Canada, Canadian, Canadians
Chad, Chadian
Chile, Chilean, Chileans
China, Chinese, PRC, People's Republic of China
Colombia, Colombian, Colombians
Costa Rica, Costa Rican, Costa Ricans
Croatia, Croatian, Croatians, Croat
Cuba, Cuban, Cubans
Cyprus, Cypriot, Cypriots
Czech Republic, Czechia, Czech, Czechs
Czechoslovakia, Czechoslovak, Czechoslovakian
Denmark, Danish, Danes
Dominican Republic
East Germany, East German, GDR, German Democratic Republic
Ecuador, Ecuadorian, Ecuadorean
Egypt, Egyptian, Egyptians
El Salvador, Salvadoran
England, English, Englishman
Eritrea, Eritrean
Estonia, Estonian, Estonians
Ethiopia, Ethiopian, Ethiopians
Fiji, Fijian, Fijians
Finland, Finnish, Finns
France, French, Frenchman
Gabon, Gabonese
Gambia, Gambian
Georgia, Georgian
Germany, German, Germans, Federal Republic of Germany
Ghana, Ghanaian, Ghanaians
Greece, Greek, Greeks
Greenland, Greenlandic
Guatemala, Guatemalan
Guyana, Guyanese
Haiti, Haitian, Haitians
Honduras, Honduran
Hungary, Hungarian, Hungarians
Iceland, Icelandic, Icelanders
India, Indian, Indians, Republic of India
Indonesia, Indonesian, Indonesians
Iran, Iranian, Iranians
Iraq, Iraqi, Iraqis
Ireland, Irish, Irishman, Republic of Ireland
Israel, Israeli, Israelis
Italy, Italian, Italians
Ivory Coast, Ivorian
Jamaica, Jamaican, Jamaicans
Japan, Japanese
Jordan, Jordanian, Jordanians
Kazakhstan, Kazakh, Kazakhs, Kazakhstani
Kenya, Kenyan, Kenyans
Kosovo, Kosovar
Kuwait, Kuwaiti, Kuwaitis
Kyrgyzstan, Kyrgyz
Laos, Laotian
Latvia, Latvian, Latvians
Lebanon, Lebanese
Liberia, Liberian, Liberians
Libya, Libyan, Libyans
Liechtenstein
Lithuania, Lithuanian, Lithuanians
Luxembourg, Luxembourgish
Madagascar, Malagasy
Malawi, Malawian
Malaysia, Malaysian, Malaysians
Maldives, Maldivian
Mali, Malian
Malta, Maltese
Mauritania, Mauritanian
Mauritius, Mauritian
Mexico, Mexican, Mexicans
Moldova, Moldovan, Moldovans
Monaco, Monegasque
Mongolia, Mongolian
Montenegro, Montenegrin
Morocco, Moroccan, Moroccans
Mozambique, Mozambican
Myanmar, Burma, Burmese
Namibia, Namibian
Nepal, Nepalese, Nepali
Netherlands, The Netherlands, Dutch, Holland, Dutchman
New Zealand, New Zealander, New Zealanders
Nicaragua, Nicaraguan
Niger, Nigerien
Nigeria, Nigerian, Nigerians
North Korea, North Korean, North Koreans, DPRK
Northern Ireland, Northern Irish
Norway, Norwegian, Norwegians
Oman, Omani
Pakistan, Pakistani, Pakistanis
Panama, Panamanian
Papua New Guinea, Papua New Guinean
Paraguay, Paraguayan
Peru, Peruvian, Peruvians
Philippines, The Philippines, Filipino, Filipinos, Philippine
Poland, Polish, Poles
Portugal, Portuguese
Prussia, Prussian, Prussians
Puerto Rico, Puerto Rican, Puerto Ricans
Qatar, Qatari
Romania, Romanian, Romanians
Russia, Russian, Russians, Russian Federation
Rwanda, Rwandan, Rwandans
Samoa, Samoan
Saudi Arabia, Saudi, Saudis, Saudi Arabian
Scotland, Scottish, Scots, Scotsman
Senegal, Senegalese
Serbia, Serbian, Serbians, Serbs
Sierra Leone, Sierra Leonean
Singapore, Singaporean, Singaporeans
Slovakia, Slovak, Slovaks, Slovakian
Slovenia, Slovenian, Slovene, Slovenes
Somalia, Somali, Somalis
South Africa, South African, South Africans
South Korea, South Korean, South Koreans, Republic of Korea
South Sudan, South Sudanese
Soviet Union, Soviet, Soviets, USSR
Spain, Spanish, Spaniard, Spaniards
Sri Lanka, Sri Lankan, Sri Lankans
Sudan, Sudanese
Suriname, Surinamese
Sweden, Swedish, Swedes, Swede
Switzerland, Swiss
Syria, Syrian, Syrians
Taiwan, Taiwanese
Tajikistan, Tajik
Tanzania, Tanzanian
Thailand, Thai, Thais
Togo, Togolese
Tonga, Tongan
Trinidad and Tobago, Trinidadian
Tunisia, Tunisian, Tunisians
Turkey, Turkish, Turks
Turkmenistan, Turkmen
Uganda, Ugandan, Ugandans
Ukraine, Ukrainian, Ukrainians
United Arab Emirates, UAE, Emirati
United Kingdom, UK, Great Britain, Britain, British, Briton, Britons
United States, United States of America, USA, US, America, American, Americans
Uruguay, Uruguayan
Uzbekistan, Uzbek
Venezuela, Venezuelan, Venezuelans
Vietnam, Vietnamese
Wales, Welsh, Welshman
West Germany, West German
Yemen, Yemeni
Yugoslavia, Yugoslav, Yugoslavian
Zambia, Zambian
Zimbabwe, Zimbabwean
Africa, African, Africans
Asia, Asian, Asians
Europe, European, Europeans
`;

const keyFrom = (name: string): string => name.toLowerCase().replace(/['.]/g, '').replace(/^the /, '');

const usualNames = new Map(
  TABLE.trim().split('\n').flatMap((line) => {
    const names = line.split(', ');
    return names.map((name) => [keyFrom(name), names[0]!] as const);
  }),
);

/**
 * The usual name of the country that a normalised name speaks of (`american` → `United States`), or undefined.
 * @param normalized lower-case words with single spaces
 */
export function countryOf(normalized: string): string | undefined {
  return usualNames.get(normalized);
}

/** A state of the United States has this name too. */
const SHARED = new Set(['georgia']);

/**
 * Whether a name that places are compared by is the usual one of a country and of nothing else that documents speak of.
 * @param normalized lower-case words with single spaces
 */
export function isOnlyCountry(normalized: string): boolean {
  return !SHARED.has(normalized) && countryOf(normalized)?.toLowerCase() === normalized;
}
